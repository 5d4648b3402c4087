package schema

var mediaOperations []Operation
