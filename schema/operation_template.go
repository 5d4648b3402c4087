package schema

var templateOperations []Operation
