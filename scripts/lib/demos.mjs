// @ts-check
// The demo's hosts: what each needs, how it is started and what the person is told.
import path from 'node:path';
import process from 'node:process';
import { exampleFlow } from '../../e2e/lib/flow.mjs';
import { account } from '../../e2e/lib/n8n.mjs';
import { N8nDemo } from '../../e2e/lib/n8n-demo.mjs';
import { Stack } from '../../e2e/lib/stack.mjs';
import { out } from './paths.mjs';
import { ensureN8n, ensureNodeRed } from './tools.mjs';

/** The person's language, by the terminal's. */
export const russian = /^ru/i.test(process.env.LC_ALL || process.env.LC_MESSAGES || process.env.LANG || '');

const lineName = russian ? 'Клиника «Север»' : 'North Clinic';

/**
 * @typedef {object} Demo
 * @property {string} title of the host
 * @property {() => Promise<unknown>} ensure installs the host
 * @property {(keep: boolean) => Promise<{world: import('../../e2e/lib/world.mjs').World, welcome: () => string}>} make
 */

/** @param {string} name @param {boolean} keep */
const data = (name, keep) => (keep ? { keep: path.join(out, `${name}-data`) } : {});

/** @type {Record<string, Demo>} */
export const demos = {
  'node-red': {
    title: 'Node-RED',
    ensure: ensureNodeRed,
    async make(keep) {
      const world = new Stack({ name: 'demo', flow: await exampleFlow(), lineName, ...data('demo', keep) });
      return { world, welcome: () => nodeRedWelcome(world) };
    },
  },
  n8n: {
    title: 'n8n',
    ensure: ensureN8n,
    async make(keep) {
      const world = new N8nDemo({ name: 'demo-n8n', ...data('demo-n8n', keep) });
      return { world, welcome: () => n8nWelcome(world) };
    },
  },
};

/** @param {Stack} stack */
const nodeRedWelcome = (stack) => (russian ? `
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

/** @param {N8nDemo} demo */
const n8nWelcome = (demo) => (russian ? `
Всё работает. Это ПЕСОЧНИЦА: телефоны ненастоящие, в WhatsApp ничего не уходит.

  редактор n8n       ${demo.doorUrl}/   (входит сам; иначе ${account.email} и пароль ${account.password})
  телефоны           ${demo.sandboxUrl}/
  состояние сервиса  ${demo.sidecarUrl}/

1. В редакторе дважды щёлкните узел «Ask with buttons», нажмите карандаш у поля «Credential», затем «Connect»: откроется окно.
   Нажмите в нём «Показать код»: появится QR-код.
2. Под кодом нажмите «Отсканировать симулятором телефона»: откроется страница телефонов. Выберите +7 900 000-00-01 и нажмите «Привязать».
3. Закройте учётные данные и узел крестиком и нажмите «Execute workflow» внизу. На странице телефонов выберите Анну Петрову и
   ответьте: поток пойдёт по выходу этой кнопки.

Ctrl-C завершает всё.` : `
Everything runs. This is a SANDBOX: the phones are simulated, nothing goes to WhatsApp.

  n8n editor      ${demo.doorUrl}/   (logs in by itself; else ${account.email} with the password ${account.password})
  phones          ${demo.sandboxUrl}/
  sidecar status  ${demo.sidecarUrl}/

1. In the editor, double-click the node "Ask with buttons", press the pencil beside "Credential", then "Connect": a window
   opens. Press "Show the code" in it: a QR code appears.
2. Under the code press "Scan with a simulated phone": the phones page opens. Choose +7 900 000-00-01 and press "Link".
3. Close the credential and the node by their crosses and press "Execute workflow" below. On the phones page choose
   Анна Петрова and answer: the flow goes on down that button's output.

Ctrl-C ends everything.`);
