// A sidecar's address as people type it: one rule for every host.

/** In both languages, for the person who typed it. */
export interface Both {
  en: string;
  ru: string;
}

/** An address that cannot be used, and why. `plain`: it could be, if somebody takes the risk. */
export class BadAddress extends Error {
  readonly said: Both;
  readonly hint: Both;
  readonly plain: boolean;

  constructor(said: Both, hint: Both, plain = false) {
    super(said.en);
    this.said = said;
    this.hint = hint;
    this.plain = plain;
  }
}

const example: Both = { en: 'It looks like http://127.0.0.1:7450.', ru: 'Он выглядит так: http://127.0.0.1:7450.' };

/**
 * Reads a sidecar's address and gives its base, without a slash at the end:
 * "http://127.0.0.1:7450". Plain http is taken on this machine and in private networks;
 * beyond them the token would be readable on its way, so that somebody has to allow it.
 * @throws {BadAddress}
 */
export function baseOf(typed: string, allowPlain = false): string {
  const text = typed.trim();
  if (!text) throw new BadAddress({ en: 'The sidecar\'s address is empty.', ru: 'Адрес сервиса не указан.' }, example);
  if (!URL.canParse(text)) throw new BadAddress({ en: `"${text}" is not a URL.`, ru: `«${text}» - это не адрес.` }, example);
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new BadAddress({
      en: `The sidecar's address begins with "${url.protocol}" instead of http: or https:.`,
      ru: `Адрес сервиса начинается с «${url.protocol}», а нужно http: или https:.`,
    }, example);
  }
  if (url.username || url.password) {
    throw new BadAddress({ en: 'The sidecar\'s address holds a name or password.', ru: 'В адресе сервиса стоит имя или пароль.' },
      { en: 'The token has a field of its own.', ru: 'Для токена есть отдельное поле.' });
  }
  if (url.protocol === 'http:' && !allowPlain && !isPrivate(url.hostname)) {
    throw new BadAddress({
      en: 'The sidecar\'s address is plain http beyond the private network: the token would be readable on its way.',
      ru: 'Адрес сервиса - http без шифрования за пределами частной сети: токен можно прочитать по дороге.',
    }, { en: 'Put the sidecar behind https and use that address.', ru: 'Откройте доступ к сервису по https и укажите тот адрес.' }, true);
  }
  return `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '').replace(/\/rpc$/, '')}`;
}

/** Whether a host is this machine, a private address, or a name that only a private network knows. */
function isPrivate(hostname: string): boolean {
  const name = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (name.includes(':')) return name === '::1' || /^f[cd][0-9a-f]{2}:/.test(name);
  const parts = /^(\d+)\.(\d+)\.\d+\.\d+$/.exec(name);
  if (parts) {
    const [first, second] = [Number(parts[1]), Number(parts[2])];
    // 100.64.0.0/10 is of networks that providers and overlays keep to themselves, 169.254.0.0/16 of one link.
    return first === 127 || first === 10 || (first === 192 && second === 168) || (first === 172 && second >= 16 && second <= 31)
      || (first === 100 && second >= 64 && second <= 127) || (first === 169 && second === 254);
  }
  return !name.includes('.') || /\.(localhost|local|internal|lan|home\.arpa)$/.test(name);
}
