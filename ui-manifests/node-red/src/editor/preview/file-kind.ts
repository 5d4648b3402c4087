// What a file will be on the phone, by the ending of its name: the sidecar looks
// at the file itself, which nobody has while a dialog is open.

/** How a file is shown. */
export type FileKind = 'image' | 'video' | 'audio' | 'voice' | 'sticker' | 'document';

const endings: Record<Exclude<FileKind, 'document'>, string[]> = {
  image: ['jpg', 'jpeg', 'png'],
  video: ['mp4', '3gp', 'm4v'],
  audio: ['mp3', 'm4a', 'aac', 'amr'],
  voice: ['ogg', 'oga', 'opus'],
  sticker: ['webp'],
};

/** The kind of a file, by its name or address. */
export function guessKind(name: string): FileKind {
  const ending = /\.([a-z0-9]{2,5})(?:[?#].*)?$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  const found = Object.entries(endings).find(([, list]) => list.includes(ending));
  return found ? found[0] as FileKind : 'document';
}
