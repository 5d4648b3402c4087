// @ts-check
// Builds everything, starts the three parts, prints where they are and what to do, and ends them on Ctrl-C.
import path from 'node:path';
import process from 'node:process';
import { exampleFlow } from '../e2e/lib/flow.mjs';
import { Stack } from '../e2e/lib/stack.mjs';
import { deathNotice } from '../e2e/lib/world.mjs';
import { buildAll } from './lib/build.mjs';
import { out, root } from './lib/paths.mjs';
import { Plain, say, script, step } from './lib/say.mjs';
import { checkLanguages, ensureNodeRed, ensurePackages } from './lib/tools.mjs';

const russian = /^ru/i.test(process.env.LC_ALL || process.env.LC_MESSAGES || process.env.LANG || '');

const usage = `just demo [--keep]   builds and starts everything on this machine; Ctrl-C ends it
  --keep   keep flows and data between runs, in out/demo-data`;

/** @param {Stack} stack */
const welcome = (stack) => (russian ? `
Всё работает. Это ПЕСОЧНИЦА: телефоны ненастоящие, в WhatsApp ничего не уходит.

  редактор потоков   ${stack.editorUrl}/
  телефоны           ${stack.sandboxUrl}/
  состояние сервиса  ${stack.sidecarUrl}/

1. В редакторе дважды щёлкните узел «Ask with buttons», нажмите карандаш у поля «Линия», затем «Привязать WhatsApp»: появится QR-код.
2. Под кодом нажмите «Отсканировать симулятором телефона»: откроется страница телефонов. Выберите +7 900 000-00-01 и нажмите «Привязать».
3. В редакторе нажмите «Обновить», «Готово», «Развернуть», затем кнопку слева от узла «Анна». На странице телефонов выберите
   Анну Петрову и ответьте: поток пойдёт по выходу этой кнопки (вкладка отладки справа, значок жука).

Ctrl-C завершает всё.` : `
Everything runs. This is a SANDBOX: the phones are simulated, nothing goes to WhatsApp.

  flow editor     ${stack.editorUrl}/
  phones          ${stack.sandboxUrl}/
  sidecar status  ${stack.sidecarUrl}/

1. In the editor, double-click the node "Ask with buttons", press the pencil beside "Line", then "Link WhatsApp": a QR code appears.
2. Under the code press "Scan with a simulated phone": the phones page opens. Choose +7 900 000-00-01 and press "Link".
3. In the editor press "Update", "Done", "Deploy", then the button left of the node "Анна". On the phones page choose
   Анна Петрова and answer: the flow goes on down that button's output (the debug tab on the right, with the bug).

Ctrl-C ends everything.`);

/** Resolves with the first signal that asks us to end. */
function askedToEnd() {
  return new Promise((resolve) => {
    // Later signals wait for the same end: a second Ctrl-C must not leave parts behind.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => resolve(undefined));
  });
}

await script(async () => {
  const [option, ...more] = process.argv.slice(2);
  if (more.length || (option && option !== '--keep')) throw new Plain(usage);
  checkLanguages();
  await ensurePackages();
  await ensureNodeRed();
  await buildAll();
  const ended = askedToEnd();
  const stack = new Stack({
    name: 'demo', flow: await exampleFlow(), lineName: russian ? 'Клиника «Север»' : 'North Clinic',
    ...(option ? { keep: path.join(out, 'demo-data') } : {}),
  });
  const started = step('start the sandbox, the sidecar and Node-RED', () => stack.start());
  started.catch(() => undefined);
  try {
    if (await Promise.race([started.then(() => 'started'), ended]) === 'started') {
      say(welcome(stack));
      const dead = await Promise.race([stack.death, ended]);
      if (dead) throw new Plain(deathNotice(dead));
    }
    say(russian ? '\nОстанавливаю ...' : '\nEnding ...');
  } finally {
    await stack.stop();
  }
  say(russian ? `Остановлено. Журналы: ${path.relative(root, stack.logs)}/` : `Ended; nothing is left running. Logs: ${path.relative(root, stack.logs)}/`);
}, usage);
