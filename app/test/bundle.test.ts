import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { freshBundle } from '../fresh-bundle.mjs'
import { version } from '../src/index.ts'

interface Manifest {
  node: string
  inputs: [path: string, size: number, mtimeMs: number][]
}

const run = promisify(execFile)
const root = resolve(import.meta.dirname, '../..')

describe('the bundle of a checkout', () => {
  let folder: string
  const manifest = (): Manifest => JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest
  const write = (changed: Manifest): void => writeFileSync(join(folder, 'manifest.json'), JSON.stringify(changed))

  before(async () => {
    // Beside the checkout's own: packages are looked for from there.
    folder = mkdtempSync(join(root, '.cache-test-'))
    await run(process.execPath, ['--conditions=pons:source', 'scripts/bundle.ts', folder], { cwd: root })
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('runs as the sources do, and loads none of them', async () => {
    const entry = freshBundle(root, folder)
    assert.ok(entry)
    const watching = `data:text/javascript,${encodeURIComponent(
      `import { registerHooks } from 'node:module'
       registerHooks({ load(url, context, next) { if (/\\.ts$/.test(url)) console.error(url); return next(url, context) } })`,
    )}`
    const { stdout, stderr } = await run(process.execPath, ['--import', watching, entry, 'version'])
    assert.equal(stdout.trim(), version)
    assert.equal(stderr, '')
    const sources = await run(process.execPath, [
      '--conditions=pons:source',
      '--import',
      watching,
      join(root, 'app/src/main.ts'),
      'version',
    ])
    assert.match(sources.stderr, /app\/src\/cli\.ts/, 'the watch sees sources')
  })

  it('is not run when a source is another one, is gone, or Node has changed', () => {
    const fresh = manifest()
    const [first, ...others] = fresh.inputs
    assert.ok(first)
    const [path, size, mtimeMs] = first
    const cases: Manifest[] = [
      { ...fresh, inputs: [[path, size + 1, mtimeMs], ...others] },
      { ...fresh, inputs: [[path, size, mtimeMs + 1], ...others] },
      { ...fresh, inputs: [[`${path}.gone`, size, mtimeMs], ...others] },
      { ...fresh, node: 'v1.0.0' },
    ]
    for (const changed of cases) {
      write(changed)
      assert.equal(freshBundle(root, folder), undefined)
    }
    write(fresh)
    assert.ok(freshBundle(root, folder))
  })

  it('is the same for the same sources', async () => {
    const before = freshBundle(root, folder)
    assert.ok(before)
    await run(process.execPath, ['--conditions=pons:source', 'scripts/bundle.ts', folder], { cwd: root })
    assert.equal(freshBundle(root, folder), before)
  })
})
