// The way back: the settings of a node that make a request.

const longest = [['days', 86_400], ['hours', 3600], ['minutes', 60], ['seconds', 1]];

const get = (source, path) => (path ? path.split('.').reduce((at, step) => at?.[step], source) : source);

/** Takes a value out of what is left. */
function drop(left, path) {
  const steps = path.split('.');
  const last = steps.pop();
  const at = get(left, steps.join('.'));
  if (at) delete at[last];
}

const kinds = { number: 'num', duration: 'num', boolean: 'bool', select: 'choice', template: 'template', choices: 'list', group: 'list', files: 'list' };

/**
 * The settings that a person makes to get this request, and what of it no field says.
 * @param {any[]} fields of a case @param {object} request
 * @returns {{settings: Record<string, any>, left: object}}
 */
export function settingsOf(fields, request) {
  const settings = {};
  const left = structuredClone(request);
  for (const field of fields) {
    const value = field.own ? undefined : get(left, field.path);
    if (value == null || (field.control === 'template' && value.name === undefined)) {
      if (field.startType) Object.assign(settings, { [field.param]: '', [`${field.param}Type`]: 'str' });
      continue;
    }
    Object.assign(settings, { [field.param]: written(field, value), [`${field.param}Type`]: kinds[field.control] ?? 'str' });
    if (field.control === 'message') settings[`${field.param}Type`] = 'jsonata';
    if (field.control === 'duration') {
      const [unit, seconds] = longest.find(([, factor]) => value % factor === 0);
      Object.assign(settings, { [field.param]: String(value / seconds), [`${field.param}Unit`]: unit });
    }
    if (field.control === 'template') {
      delete value.name;
      delete value.language;
    } else {
      drop(left, field.path);
    }
  }
  return { settings, left };
}

function written(field, value) {
  switch (field.control) {
    case 'number': return String(value);
    case 'template': return `${value.name}/${value.language}`;
    case 'texts': return value.join(field.split === 'lines' ? '\n' : ', ');
    case 'message': return JSON.stringify(value);
    case 'choices':
    case 'group': return (field.many || field.control === 'choices' ? value : [value]).map((item) => settingsOf(field.fields, item).settings);
    case 'files': return value.map((file) => ({ from: file.mediaId === undefined ? 'url' : 'mediaId', ...file }));
    default: return value;
  }
}
