import js from '@eslint/js';
import lit from 'eslint-plugin-lit';
import litA11y from 'eslint-plugin-lit-a11y';
import wc from 'eslint-plugin-wc';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const LIT = ['lit', 'lit/**', 'lit-*', '@lit/**', '@lit-labs/**', '@shoelace-style/**'];

/** Who may not import what, and why: the rules of the house in one table. */
const BOUNDARIES = [
  {
    files: 'src/**',
    forbidden: [['**/demo/**'], 'the package knows nothing of the demo'],
  },
  {
    files: 'src/room/**',
    forbidden: [[...LIT, '../**'], 'the room is the meeting as state: no Lit, no provider, no elements'],
  },
  {
    files: 'src/elements/**',
    forbidden: [['**/providers/**', '!**/providers/index.js'], 'elements know providers only through the one table'],
  },
  {
    files: 'src/internal/**',
    forbidden: [['**/providers/**', '!**/providers/index.js'], 'elements know providers only through the one table'],
  },
  {
    files: 'src/providers/**',
    forbidden: [[...LIT, '**/elements/**', '**/internal/**'], 'a provider serves the room, not the elements'],
  },
  { files: 'src/providers/bandwidth/**', forbidden: [], mayImportSdk: true },
];

const SDK = [['@bandwidth/**'], 'only src/providers/bandwidth imports the SDK'];

/** ESLint takes one such rule a file, the last one: each folder's own row, with the rows of the folders around it. */
const boundaries = BOUNDARIES.map(({ files, mayImportSdk }) => {
  const rows = BOUNDARIES.filter((row) => files.startsWith(row.files.slice(0, -2))).map((row) => row.forbidden);
  const patterns = [...rows, mayImportSdk ? [] : SDK].filter((row) => row.length > 0);
  return {
    files: [files],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: patterns.map(([group, message]) => ({ group, message: `${message}.` })) },
      ],
    },
  };
});

const FORBIDDEN_SYNTAX = [
  { selector: 'TSEnumDeclaration', message: 'No enums: use a union of strings.' },
  { selector: 'TSParameterProperty', message: 'No parameter properties: declare the field.' },
  // A decorator can't be put on a #private field.
  { selector: 'PropertyDefinition[accessibility="private"][decorators.length=0]', message: 'Use a #private field.' },
  { selector: 'MethodDefinition[accessibility="private"][kind!="constructor"]', message: 'Use a #private method.' },
];

/** Each lazy import is a request in the middle of a meeting, which can fail. */
const LAZY_IMPORT = { selector: 'ImportExpression', message: 'Code is loaded lazily in a few places only.' };
const LAZY_PLACES = [
  'src/cdn.ts',
  'src/elements/control-bar.ts',
  'src/internal/phone-numbers.ts',
  'src/providers/index.ts',
  'src/room/attendance.ts',
  'src/room/room.ts',
];

export default defineConfig(
  { ignores: ['**/dist/', '**/node_modules/', 'bench-results/', 'coverage/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['tsconfig.json', 'demo/tsconfig.json', 'test/elements/tsconfig.json', 'test/package/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // A global event map is an interface with nothing of its own.
      '@typescript-eslint/no-empty-object-type': ['error', { allowInterfaces: 'with-single-extends' }],
      // What comes from outside is not always of the type its library declares.
      '@typescript-eslint/no-unnecessary-type-conversion': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-restricted-syntax': ['error', ...FORBIDDEN_SYNTAX],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    files: ['src/**/*.ts'],
    extends: [lit.configs['flat/recommended'], wc.configs['flat/best-practice']],
    plugins: { 'lit-a11y': litA11y },
    rules: {
      ...litA11y.configs.recommended.rules,
      'lit/no-classfield-shadowing': 'error',
      'lit/no-this-assign-in-render': 'error',
      'no-console': 'error',
    },
  },
  ...boundaries,
  {
    files: ['src/**/*.ts'],
    ignores: LAZY_PLACES,
    rules: { 'no-restricted-syntax': ['error', ...FORBIDDEN_SYNTAX, LAZY_IMPORT] },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // node:test's own promise needs no await at the top level of a file.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', name: ['test', 'it', 'describe', 'suite'], package: 'node:test' },
          ],
        },
      ],
      '@typescript-eslint/consistent-type-imports': 'off',
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: { globals: globals('process console URL setTimeout clearTimeout performance') },
  },
  {
    files: ['demo/pages/**/*.js'],
    languageOptions: { globals: globals('window document console customElements fetch location navigator URL') },
  },
);

function globals(names) {
  return Object.fromEntries(names.split(' ').map((name) => [name, 'readonly']));
}
