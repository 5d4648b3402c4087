package sentence

func english(f Fact) string {
	name := "“" + f.Label + "”"
	switch f.Rule {
	case Required:
		return "Fill in " + name + "."
	case NotBlank:
		return name + " holds only white space."
	case Max:
		if f.Kind == "text" {
			return name + " is too long: " + num(f.Actual) + enChars(f.Actual) + ", at most " + num(f.Limit) + "."
		}
		return name + ": " + enGiven(f) + ", at most " + num(f.Limit) + "."
	case Min:
		return name + ": " + enGiven(f) + ", at least " + num(f.Limit) + "."
	case OneOf:
		return name + ": choose one of " + f.Other + "."
	case Key:
		return name + ": use 1 to " + num(f.Limit) + " of A-Z a-z 0-9 . _ : -, there are " + num(f.Actual) + enChars(f.Actual) + " here."
	case LineID:
		return name + ": use 1 to " + num(f.Limit) + " of a-z 0-9 -, there are " + num(f.Actual) + enChars(f.Actual) + " here."
	case Region:
		return name + ": two capital letters, such as RU or DE."
	case ChatForm:
		return name + " does not look like a phone number or a chat. Write it like +7 912 345-67-89."
	case Labels:
		if f.Number {
			return name + " is the number of “" + f.Other + "”: a typed answer could mean either."
		}
		return name + " reads the same as “" + f.Other + "”: a typed answer could mean either."
	case IDs:
		return name + " is the same as “" + f.Other + "”."
	case Growing:
		return name + " must be later than “" + f.Other + "”: " + num(f.Actual) + " is given, more than " + num(f.Limit) + " is needed."
	case InTime:
		return name + ": " + num(f.Actual) + " is given, it must be before the deadline, less than " + num(f.Limit) + "."
	case Alone:
		return name + " and “" + f.Other + "” do not go together: keep one of them."
	case WebURL:
		return name + " does not look like a web address. Write it like https://example.com/page."
	case CallForm:
		return name + " must be one phone number with + and the country code, like +7 912 345-67-89."
	case Emoji:
		return name + ": one emoji, such as 👍."
	case Degrees:
		return name + ": degrees with a point, such as 55.7558, from -" + num(f.Limit) + " to " + num(f.Limit) + "."
	case UTF16:
		return name + " takes " + num(f.Actual) + " units as some phones count, which may cut it at " + num(f.Limit) + "."
	}
	return englishForm(f, name)
}

func englishForm(f Fact, name string) string {
	switch f.Rule {
	case UnknownMethod:
		return "There is no such method."
	case UnknownField:
		return "There is no field " + name + " here."
	case Duplicate:
		return "The field " + name + " is given twice."
	case Type:
		if f.Label == "" {
			name = "The request"
		}
		return name + " must be " + enType(f.Want) + ", not " + enType(f.Got) + "."
	case UTF8:
		return "The text is damaged: it is not valid UTF-8, or is cut in the middle of a character."
	case Depth:
		return "The fields are nested too deep: " + num(f.Actual) + " levels, at most " + num(f.Limit) + "."
	case TooLarge:
		return "The fields are too large: " + num(f.Actual) + " bytes, at most " + num(f.Limit) + "."
	}
	return "The fields are not valid JSON."
}

func enGiven(f Fact) string {
	if f.Kind == "list" {
		return num(f.Actual) + " given"
	}
	return num(f.Actual) + " is given"
}

func enChars(n int64) string {
	if n == 1 {
		return " character"
	}
	return " characters"
}

func enType(t string) string {
	switch t {
	case "text":
		return "text"
	case "integer":
		return "a whole number"
	case "number":
		return "a number"
	case "bool":
		return "true or false"
	case "list":
		return "a list"
	}
	return "an object"
}
