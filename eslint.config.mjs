// @ts-check
import js from '@eslint/js';
import globals from 'globals';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['**/node_modules/**', '**/dist/**', 'out/**', 'bin/**', '**/*.gen.*', '**/generated/**', '**/resources/*.min.js', 'ui-manifests/node-red/resources/**', 'ui-manifests/n8n/{credentials,nodes,shared}/**', 'ui-manifests/n8n/*.mjs'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    languageOptions: { globals: { ...globals.node } },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'prefer-const': 'error',
      'no-var': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', caughtErrors: 'none' }],
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': 'allow-with-description', 'ts-check': false }],
    },
  },
  { files: ['**/*.cjs', 'ui-manifests/node-red/**/*.js'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  {
    files: ['sidecar/**/*.js', 'ui-manifests/node-red/**/*.js', 'plugin/js/**/*.{js,ts,mjs}', 'e2e/**/*.mjs'],
    languageOptions: { globals: { ...globals.browser, ...globals.node, RED: 'readonly', $: 'readonly' } },
  },
);
