package label

import "testing"

func TestEmoji(t *testing.T) {
	for _, s := range []string{"👍", "❤️", "❤", "👍🏽", "👨‍👩‍👧‍👦", "🇷🇺", "1️⃣", "#️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏳️‍🌈", "☑", "🫡", "©️", "👩🏽‍❤️‍💋‍👨🏻"} {
		if !Emoji(s) {
			t.Errorf("%q (%U) is not one", s, []rune(s))
		}
	}
	for _, s := range []string{"", "a", "да", "1", "👍👍", "👍 ", "👍\u200d", "\u200d👍", "🇷", "🇷🇺🇷", "1️", "#", "🏴󠁧󠁢", ":)", "️", "🏽🏽🏽", "👍️️", "a️⃣",
		"👨‍👩‍👧‍👦‍👨‍👩‍👧‍👦‍👨‍👩‍👧"} {
		if Emoji(s) {
			t.Errorf("%q (%U) is one", s, []rune(s))
		}
	}
}
