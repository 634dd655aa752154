// Writes the files that are made from the code; with --check only says which are stale.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { environmentOverrides, PonsConfig, renderConfig, renderReference } from '@pons/app'
import { errcodes } from '@pons/matrix'

const files: readonly (readonly [path: string, text: string])[] = [
  ['docs/configuration.md', configurationPage()],
  ['docs/pons.example.yaml', renderConfig(PonsConfig, {})],
  ['docs/errors.md', errorsPage()],
]

const isCheck = process.argv.includes('--check')
const stale = files.filter(([path, text]) => !existsSync(path) || readFileSync(path, 'utf8') !== text)
if (isCheck) {
  for (const [path] of stale) console.error(`${path} is stale: npm run generate`)
  process.exitCode = stale.length === 0 ? 0 : 1
} else {
  for (const [path, text] of stale) writeFileSync(path, text)
}

function configurationPage(): string {
  const overrides = environmentOverrides.map(({ variable, path }) => `| \`${variable}\` | \`${path.join('.')}\` |`)
  return [
    '# Configuration',
    '',
    'Pons reads `pons.yaml`, or the file that `--config` names. The first start writes one; every setting is optional.',
    'Unknown settings are errors, and all mistakes are reported together. `pons.example.yaml` beside this page shows every',
    'setting with its default. [other-homeservers.md](other-homeservers.md) says how `homeserver` is used.',
    '',
    renderReference(PonsConfig),
    '## From the environment',
    '',
    'Secrets may come from a variable, or from a file that the variable with `_FILE` behind it names. They stand above the file.',
    '',
    '| variable | setting |',
    '| --- | --- |',
    ...overrides,
    '',
  ].join('\n')
}

function errorsPage(): string {
  const rows = Object.entries(errcodes).map(([code, { status, meaning }]) => `| \`${code}\` | ${status} | ${meaning} |`)
  return [
    '# Errors',
    '',
    'Every error on a request path is JSON with an `errcode` of this table and an `error` for people.',
    '',
    '| errcode | usual status | meaning |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}
