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
];

const SDK = [['@bandwidth/**'], 'only src/providers/bandwidth imports the SDK'];

/** ESLint takes one such rule a file: each folder's own row, with the rows of the folders around it. */
const boundaries = BOUNDARIES.map(({ files }) => ({
  files: [files],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          ...BOUNDARIES.filter((row) => files.startsWith(row.files.slice(0, -2))).map((row) => row.forbidden),
          SDK,
        ].map(([group, message]) => ({ group, message: `${message}.` })),
      },
    ],
  },
}));

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
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-restricted-syntax': [
        'error',
        { selector: 'TSEnumDeclaration', message: 'No enums: use a union of strings.' },
        { selector: 'TSParameterProperty', message: 'No parameter properties: declare the field.' },
        { selector: 'PropertyDefinition[accessibility="private"]', message: 'Use a #private field.' },
        { selector: 'MethodDefinition[accessibility="private"]', message: 'Use a #private method.' },
      ],
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
  { files: ['src/providers/bandwidth/**'], rules: { 'no-restricted-imports': 'off' } },
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
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        performance: 'readonly',
        Buffer: 'readonly',
      },
    },
  },
);
