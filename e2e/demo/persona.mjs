// @ts-check
// Who is asked what in one run of the demo-check: random, and the same again from the same seed.

const people = ['Анна', 'Борис', 'Вера', 'Глеб', 'Дарья', 'Егор', 'Жанна', 'Захар', 'Инна', 'Кирилл', 'Лидия', 'Марк', 'Нина', 'Олег', 'Полина', 'Роман', 'Софья', 'Тимур', 'Ульяна', 'Фёдор', 'Элина', 'Юрий', 'Яна'];
const families = ['Абрамович', 'Бондаренко', 'Василенко', 'Гончар', 'Дейнека', 'Ермак', 'Жук', 'Зиновьева-Щербак', 'Ищенко', 'Король', 'Лысенко', 'Мороз', 'Ничай', 'Остапчук', 'Приймак', 'Рыжик', 'Сыч', 'Ткач', 'Уманец', 'Шульга', 'Щёголь', 'Юхно', 'Ярёма'];
const labels = ['Приду', 'Перенести', 'Не приду', 'Буду вовремя', 'Опоздаю', 'Отменить запись', 'Позвоните мне', 'Да 👍', 'Нет, спасибо', 'Другой день', 'Утром', 'Вечером', 'Уже еду', 'Ещё думаю', 'Напомните завтра', 'Приду с ребёнком'];
const months = ['января', 'марта', 'мая', 'июля', 'октября', 'декабря'];

/** Numbers from 0 to 1, the same ones for the same seed (mulberry32). @param {number} seed */
function numbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * @typedef {object} Persona
 * @property {string} name as the customer's phone is called
 * @property {string} date
 * @property {string} phone E.164
 * @property {string} typed the same phone as people type it, with 8
 * @property {string[]} labels three, told apart by a typed answer
 * @property {number} chosen the button that the customer chooses, from 0
 */

/** Two different customers. @param {number} seed @returns {[Persona, Persona]} */
export function personas(seed) {
  const next = numbers(seed);
  const below = (/** @type {number} */ n) => Math.floor(next() * n);
  /** @param {string[]} from @param {number} n */
  const some = (from, n) => {
    const rest = [...from];
    return Array.from({ length: n }, () => rest.splice(below(rest.length), 1)[0] ?? '');
  };
  const [first = '', second = ''] = some(people, 2);
  const make = (/** @type {string} */ person, /** @type {string} */ head) => {
    const tail = String(below(1e7)).padStart(7, '0');
    const [a, b, c] = [tail.slice(0, 3), tail.slice(3, 5), tail.slice(5)];
    return {
      name: `${person} ${some(families, 1)[0]}`,
      date: `${1 + below(28)} ${some(months, 1)[0]} в ${9 + below(9)}:${below(2) ? '30' : '00'}`,
      phone: `+7${head}${tail}`,
      typed: `8 ${head} ${a}-${b}-${c}`,
      labels: some(labels, 3),
      chosen: below(3),
    };
  };
  // Different operators' codes, so that the two never meet, nor the sandbox's own phones.
  return [make(first, '916'), make(second, '926')];
}
