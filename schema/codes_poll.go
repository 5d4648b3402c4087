package schema

var pollCodes []CodeInfo
