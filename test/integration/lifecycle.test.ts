import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

/** As the code names its steps: the words that `onStep` is called with. */
function stepsInCode(): string[] {
  const files = globSync('{homeserver,core,bridges/*}/src/**/*.ts', { cwd: root })
  const texts = files.map((file) => readFileSync(join(root, file), 'utf8'))
  return texts.flatMap((text) =>
    [...text.matchAll(/\b(?:onS|s)tep\(\s*'([a-z-]+:[a-z-]+)'/g)].map(([, step = '']) => step),
  )
}

function stepsInDocument(): string[] {
  const text = readFileSync(join(root, 'docs/lifecycle.md'), 'utf8')
  const rows = text.split('\n').filter((line) => line.startsWith('| `'))
  return rows.flatMap((row) => [...(row.split(' | ', 1)[0] ?? '').matchAll(/`([^`]+)`/g)].map(([, step = '']) => step))
}

describe('docs/lifecycle.md', () => {
  it('tells of every step that the code has, and of no other', () => {
    const [code, document] = [new Set(stepsInCode()), new Set(stepsInDocument())]
    assert.ok(code.size > 20, `${code.size} steps were found in the code`)
    assert.deepEqual(
      [...code].filter((step) => !document.has(step)),
      [],
      'steps that are not told of',
    )
    assert.deepEqual(
      [...document].filter((step) => !code.has(step)),
      [],
      'steps that are not there',
    )
  })
})
