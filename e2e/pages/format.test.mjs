// @ts-check
// WhatsApp's marks become elements in a real browser, and a text never becomes markup.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Parts } from './parts.mjs';

/** What a customer sees: [text, the elements it becomes]. @type {[string, string][]} */
const cases = [
  ['plain', 'plain'],
  ['*bold* _italic_ ~strike~ `code`', '<strong>bold</strong> <em>italic</em> <s>strike</s> <code>code</code>'],
  ['*Важно:* приём *завтра*', '<strong>Важно:</strong> приём <strong>завтра</strong>'],
  ['*_both_* and _*both*_', '<strong><em>both</em></strong> and <em><strong>both</strong></em>'],
  ['2*3*4 and snake_case_name', '2*3*4 and snake_case_name'],
  ['* not bold * _ no _', '* not bold * _ no _'],
  ['*open\nclose*', '*open\nclose*'],
  ['**', '**'],
  ['(*bold*), "_it_"!', '(<strong>bold</strong>), "<em>it</em>"!'],
  ['`*as is*`', '<code>*as is*</code>'],
  ['```a *b*\nc```', '<code class="block">a *b*\nc</code>'],
  ['```never closed *x*', '```never closed <strong>x</strong>'],
  ['a ```x``` b ``` c', 'a <code class="block">x</code> b ``` c'],
  ['<b>x</b> & <script>alert(1)</script>', '&lt;b&gt;x&lt;/b&gt; &amp; &lt;script&gt;alert(1)&lt;/script&gt;'],
  ['see https://example.org/a_b_c?x=*y*.', 'see <a href="https://example.org/a_b_c?x=*y*" target="_blank" rel="noopener noreferrer">https://example.org/a_b_c?x=*y*</a>.'],
  ['javascript:alert(1) //x', 'javascript:alert(1) //x'],
];

const parts = new Parts('format');
parts.during(() => parts.startSandbox());

test('marks in a text', async () => {
  const { page, complaints } = await parts.visit(parts.sandboxUrl);
  for (const [text, want] of cases) {
    const got = await page.evaluate(async (input) => {
      const { rich } = await import(new URL('assets/format.js', location.href).href);
      const box = document.createElement('p');
      box.append(...rich(input));
      return { html: box.innerHTML, text: box.textContent };
    }, text);
    assert.equal(got.html, want, text);
  }
  assert.deepEqual(complaints, []);
});
