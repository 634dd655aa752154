import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Run in the process that ships, when it ends. */
const probe = `process.on('exit', () => {
  const set = JSON.parse('{"__proto__":{"polluted":true}}')
  const target = {}
  for (const name of Object.keys(set)) target[name] = set[name]
  console.log(JSON.stringify({
    isOpen: [Object, Function, Array, Object.prototype, Function.prototype, Array.prototype].some(Object.isExtensible),
    hasSetter: '__proto__' in {},
    polluted: target.polluted === true,
    overrides: Object.assign({}, { toString: () => 'own' }).toString(),
  }))
})`

describe('the process starts with the prototypes out of reach (names from outside are never object keys)', () => {
  for (const program of ['../bin.mjs', '../src/main.ts']) {
    it(program, async () => {
      const file = new URL(program, import.meta.url).pathname
      const preload = `data:text/javascript,${encodeURIComponent(probe)}`
      const { stdout } = await run(process.execPath, ['--conditions=pons:source', '--import', preload, file, 'version'])
      assert.deepEqual(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''), {
        isOpen: false,
        hasSetter: false,
        polluted: false,
        overrides: 'own',
      })
    })
  }

  it('and so do the tests', () => {
    assert.equal(Object.isExtensible(Object.prototype), false)
    assert.equal('__proto__' in {}, false)
    assert.throws(() => Reflect.set(Object.prototype, 'polluted', true) || assert.fail('refused'), /refused/)
  })
})
