package schema

var chatOperations []Operation
