package schema

var messageCodes []CodeInfo
