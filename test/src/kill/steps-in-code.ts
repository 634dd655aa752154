import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const naming = /\b(?:step|onStep)\('([a-z]+:[a-z-]+)'\)/g

/**
 * The named moments in the sources of a package (`core`, `bridges/irc`), in the order of its files: whoever names a moment
 * in the code has it ended at, without a list to forget.
 */
export function stepsIn(folder: string): string[] {
  const files = globSync(`${folder}/src/**/*.ts`, { cwd: root }).toSorted()
  const names = files.flatMap((file) => [...readFileSync(root + file, 'utf8').matchAll(naming)].map(([, name]) => name))
  return [...new Set(names.filter((name) => name !== undefined))]
}
