package schema

var askCodes []CodeInfo
