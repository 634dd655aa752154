import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = new URL('../../../', import.meta.url).pathname
const plugin = join(root, 'scripts/lint-outside-names.ts')

const cases: readonly { readonly name: string; readonly source: string; readonly isRefused: boolean }[] = [
  { name: 'for..in', source: 'for (const a in {}) void a', isRefused: true },
  { name: 'a computed key', source: 'const o = {}; const k = "a"; o[k] = 1', isRefused: true },
  { name: 'a computed key made at need', source: 'const o = {}; const k = "a"; o[k] ??= {}', isRefused: true },
  { name: 'a template', source: 'const o = {}; const k = "a"; o[`${k}_b`] = 1', isRefused: true },
  { name: 'a sum, which may be text', source: 'const o = {}; const k = "a"; o["b" + k] = 1', isRefused: true },
  { name: 'a counter', source: 'const o = {}; const k = "a"; o[k]++', isRefused: true },
  { name: 'a member', source: 'const o = { p: {} }; const k = "a"; o.p[k] = 1', isRefused: true },
  { name: 'what a function is given', source: 'export function f(o, k) { o[k] = 1 }', isRefused: true },
  { name: 'an index', source: 'const l = [1]; const k = 0; l[k] = 1', isRefused: false },
  { name: 'an index of bytes', source: 'const l = new Uint8Array(2); const k = 0; l[k] = 1', isRefused: false },
  { name: 'a declared list', source: 'export function f(l: number[], k: number) { l[k] = 1 }', isRefused: false },
  { name: 'a literal', source: 'const o = {}; o["a"] = 1', isRefused: false },
  { name: 'a Map', source: 'const m = new Map(); const k = "a"; m.set(k, 1)', isRefused: false },
]

describe('the linter keeps names from outside off objects (names from outside are never object keys)', () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'pons-lint-'))
    const rules = { 'outside-names/no-for-in': 'error', 'outside-names/no-computed-write': 'error' }
    const config = { jsPlugins: [plugin], categories: { correctness: 'off' }, rules }
    writeFileSync(join(folder, 'config.json'), JSON.stringify(config))
    for (const [at, { source }] of cases.entries()) writeFileSync(join(folder, `case${at}.ts`), source)
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('tells what is dangerous from what is not', async () => {
    const args = ['oxlint', '-c', join(folder, 'config.json'), '--format', 'unix', folder]
    const output = await new Promise<string>((resolve) => {
      execFile('npx', args, { cwd: root }, (_error, stdout) => resolve(stdout))
    })
    const refused = cases.filter((_, at) => output.includes(`case${at}.ts`)).map(({ name }) => name)
    assert.deepEqual(
      refused,
      cases.filter(({ isRefused }) => isRefused).map(({ name }) => name),
    )
  })
})
