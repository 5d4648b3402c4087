package label

// emojiRanges are the blocks that emoji stand in (Unicode 16, emoji-data.txt: the
// code points of Emoji_Presentation and Extended_Pictographic are in them).
var emojiRanges = [...][2]rune{
	{0xa9, 0xa9}, {0xae, 0xae}, {0x203c, 0x203c}, {0x2049, 0x2049}, {0x2122, 0x2122}, {0x2139, 0x2139}, {0x2194, 0x21aa},
	{0x231a, 0x23ff}, {0x24c2, 0x24c2}, {0x25aa, 0x27bf}, {0x2934, 0x2935}, {0x2b05, 0x2b55}, {0x3030, 0x3030}, {0x303d, 0x303d},
	{0x3297, 0x3299}, {0x1f000, 0x1f1e5}, {0x1f200, 0x1f3fa}, {0x1f400, 0x1faff},
}

const (
	joiner     = 0x200d
	asPicture  = 0xfe0f
	keycap     = 0x20e3
	emojiPoint = 16 // code points; a family of four with skins takes 11
)

// Emoji reports whether s is one emoji: a picture, with a skin or a joined sequence;
// a keycap; a flag.
func Emoji(s string) bool {
	points := []rune(s)
	if len(points) == 0 || len(points) > emojiPoint {
		return false
	}
	switch first := points[0]; {
	case first == '#' || first == '*' || first >= '0' && first <= '9':
		return len(points) == 3 && points[1] == asPicture && points[2] == keycap
	case regional(first):
		return len(points) == 2 && regional(points[1])
	}
	for {
		rest, ok := picture(points)
		if !ok || len(rest) == 0 {
			return ok
		}
		if rest[0] != joiner {
			return false
		}
		points = rest[1:]
	}
}

// picture takes one picture, with its skin or its tags (the flag of a region), off the front.
func picture(points []rune) (rest []rune, ok bool) {
	if len(points) == 0 || !pictured(points[0]) {
		return nil, false
	}
	points = points[1:]
	if len(points) > 0 && (points[0] == asPicture || points[0] >= 0x1f3fb && points[0] <= 0x1f3ff) {
		points = points[1:]
	}
	tags := 0
	for tags < len(points) && points[tags] >= 0xe0020 && points[tags] <= 0xe007f {
		tags++
	}
	if tags > 0 && points[tags-1] != 0xe007f {
		return nil, false
	}
	return points[tags:], true
}

func regional(r rune) bool { return r >= 0x1f1e6 && r <= 0x1f1ff }

func pictured(r rune) bool {
	for _, in := range emojiRanges {
		if r >= in[0] && r <= in[1] {
			return true
		}
	}
	return false
}
