// npm run shape [-- --list]   figures of the structure of the sources, tests aside; --list names what they count.
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { circles } from './shape/circles.ts'
import { duplicates } from './shape/duplicates.ts'
import { sourceFiles } from './shape/source-file.ts'
import { upwardArrows } from './shape/upward-arrows.ts'

/** An interface of that name with more members than a function can need is a whole context. */
const MOST_MEMBERS = 10

const { values: options } = parseArgs({ options: { list: { type: 'boolean', default: false } } })
const files = sourceFiles(join(import.meta.dirname, '..'))
const functions = files.flatMap((file) => file.functions.map((each) => ({ ...each, path: file.path })))

print('files', files.length, [])
printSizes(
  'lines of a file',
  files.map(({ path, lines }) => ({ what: path, lines })),
)
print('functions', functions.length, [])
printSizes(
  'lines of a function',
  functions.map(({ path, name, line, lines }) => ({ what: `${path}:${line} ${name}`, lines })),
)
const contexts = new Set(
  files
    .flatMap(({ interfaces }) => interfaces)
    .filter(({ name, members }) => name.endsWith('Context') && members > MOST_MEMBERS)
    .map(({ name }) => name),
)
printAll(
  'parameters of type whole context',
  files.flatMap(({ path, parameterTypes }) =>
    parameterTypes.filter((name) => contexts.has(name)).map((name) => `${path} ${name}`),
  ),
)
printAll(
  'circles of values',
  circles(files, { types: false }).map((group) => group.join(' ')),
)
printAll(
  'circles of values and types',
  circles(files, { types: true }).map((group) => group.join(' ')),
)
printAll(
  'upward arrows inside packages',
  upwardArrows(files).map(({ from, to }) => `${from} -> ${to}`),
)
printAll(
  'pairs of files with ten lines or more alike',
  duplicates(files).map(({ one, other, lines }) => `${lines} ${one} ${other}`),
)
printAll(
  'files that export several values',
  files
    .filter(({ path, values }) => values.length > 1 && !path.endsWith('/index.ts'))
    .map(({ path, values }) => `${path} ${values.join(' ')}`),
)

function printAll(what: string, found: readonly string[]): void {
  print(what, found.length, found)
}

function print(what: string, figure: number | string, list: readonly string[]): void {
  console.log(`${what.padEnd(46)}${figure}`)
  if (options.list) for (const each of list) console.log(`    ${each}`)
}

function printSizes(what: string, sizes: readonly { what: string; lines: number }[]): void {
  const sorted = sizes.toSorted((a, b) => a.lines - b.lines)
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1]?.lines ?? 0
  const largest = sorted
    .slice(-10)
    .toReversed()
    .map((each) => `${each.lines} ${each.what}`)
  print(what, `median ${at(0.5)}, p90 ${at(0.9)}, most ${at(1)}`, largest)
}
