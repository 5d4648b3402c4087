package sentence

func russian(f Fact) string {
	name := "«" + f.Label + "»"
	switch f.Rule {
	case Required:
		return "Заполните поле " + name + "."
	case NotBlank:
		return "В поле " + name + " только пробелы."
	case Max:
		if f.Kind == "text" {
			return "Поле " + name + " слишком длинное: " + num(f.Actual) + ruChars(f.Actual) + ", можно не больше " + num(f.Limit) + "."
		}
		return name + ": указано " + num(f.Actual) + ", можно не больше " + num(f.Limit) + "."
	case Min:
		return name + ": указано " + num(f.Actual) + ", нужно не меньше " + num(f.Limit) + "."
	case OneOf:
		return name + ": выберите одно из значений " + f.Other + "."
	case Key:
		return name + ": от 1 до " + num(f.Limit) + " символов из A-Z a-z 0-9 . _ : -, здесь " + num(f.Actual) + ruChars(f.Actual) + "."
	case LineID:
		return name + ": от 1 до " + num(f.Limit) + " символов из a-z 0-9 -, здесь " + num(f.Actual) + ruChars(f.Actual) + "."
	case Region:
		return name + ": две заглавные латинские буквы, например RU или DE."
	case ChatForm:
		return "Поле " + name + " не похоже на номер телефона или диалог. Напишите так: +7 912 345-67-89."
	case Labels:
		if f.Number {
			return name + " совпадает с номером поля «" + f.Other + "»: набранный ответ нельзя будет понять однозначно."
		}
		return name + " читается так же, как «" + f.Other + "»: набранный ответ нельзя будет понять однозначно."
	case IDs:
		return "Поле " + name + " совпадает с полем «" + f.Other + "»."
	case Growing:
		return name + ": указано " + num(f.Actual) + ", нужно больше " + num(f.Limit) + ", то есть позже, чем «" + f.Other + "»."
	case InTime:
		return name + ": указано " + num(f.Actual) + ", а ответ ожидается " + num(f.Limit) + ": напоминание должно быть раньше."
	case Alone:
		return "Поля " + name + " и «" + f.Other + "» вместе не используются: оставьте одно из них."
	case WebURL:
		return "Поле " + name + " не похоже на адрес страницы. Напишите так: https://example.com/page."
	case CallForm:
		return name + ": нужен один номер с + и кодом страны, например +7 912 345-67-89."
	case Emoji:
		return name + ": один эмодзи, например 👍."
	case Degrees:
		return name + ": градусы через точку, например 55.7558, от -" + num(f.Limit) + " до " + num(f.Limit) + "."
	case UTF16:
		return "Поле " + name + " занимает " + num(f.Actual) + ruUnits(f.Actual) + " по счёту некоторых телефонов, они могут обрезать его до " + num(f.Limit) + "."
	}
	return russianForm(f, name)
}

func russianForm(f Fact, name string) string {
	switch f.Rule {
	case UnknownMethod:
		return "Такого метода нет."
	case UnknownField:
		return "Поля " + name + " здесь нет."
	case Duplicate:
		return "Поле " + name + " указано дважды."
	case Type:
		if f.Label == "" {
			name = "Запрос"
		}
		return name + ": нужно значение «" + ruType(f.Want) + "», а указано «" + ruType(f.Got) + "»."
	case UTF8:
		return "Текст повреждён: это не UTF-8, или он обрезан посреди символа."
	case Depth:
		return "Слишком глубокая вложенность полей: " + num(f.Actual) + ", можно не больше " + num(f.Limit) + "."
	case TooLarge:
		return "Поля слишком большие: " + num(f.Actual) + ruBytes(f.Actual) + ", можно не больше " + num(f.Limit) + "."
	}
	return "Поля не являются корректным JSON."
}

func ruChars(n int64) string {
	return " " + plural(n, "символ", "символа", "символов")
}
func ruUnits(n int64) string {
	return " " + plural(n, "единицу", "единицы", "единиц")
}
func ruBytes(n int64) string { return " " + plural(n, "байт", "байта", "байт") }

// plural picks the form for 1, for 2-4, and for the rest.
func plural(n int64, one, few, many string) string {
	if n < 0 {
		n = -n
	}
	switch {
	case n%100 >= 11 && n%100 <= 14:
		return many
	case n%10 == 1:
		return one
	case n%10 >= 2 && n%10 <= 4:
		return few
	}
	return many
}

func ruType(t string) string {
	switch t {
	case "text":
		return "текст"
	case "integer":
		return "целое число"
	case "number":
		return "число"
	case "bool":
		return "да или нет"
	case "list":
		return "список"
	}
	return "объект"
}
