package schema

var pollOperations []Operation
