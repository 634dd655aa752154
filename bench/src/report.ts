import { createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { cpus, totalmem } from 'node:os'
import type { Floor } from './floor.ts'
import { isMet, rounded, targetText, type Figure } from './result.ts'

/** A table for people; with the same figures of another commit where there are any, and how many times those the new ones are. */
export function table(figures: readonly Figure[], before: readonly Figure[] = []): string {
  const rows = figures.map((figure) => [
    figure.bench,
    figure.metric,
    `${rounded(figure.value)} ${figure.unit}`,
    ...(before.length === 0 ? [] : compared(figure, before)),
    targetText(figure),
    figure.target === undefined ? '' : isMet(figure) ? 'ok' : 'MISSED',
  ])
  const head = ['bench', 'metric', 'value', ...(before.length === 0 ? [] : ['before', 'ratio']), 'target', '']
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function compared({ bench, metric, value }: Figure, before: readonly Figure[]): [string, string] {
  const other = before.find((figure) => figure.bench === bench && figure.metric === metric)
  return other === undefined ? ['', ''] : [`${rounded(other.value)}`, `${rounded(value / other.value)}x`]
}

interface Results {
  readonly floor: Floor
  readonly figures: readonly Figure[]
  /** Of the other commit. */
  readonly before: readonly Figure[]
}

/** One JSON object a line: machine, versions and floor first, then the figures. */
export async function writeJson(file: string, { floor, figures, before }: Results): Promise<void> {
  const out = createWriteStream(file)
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memory_gib: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    floor,
  }
  out.write(`${JSON.stringify(machine)}\n`)
  for (const figure of figures) {
    const { bench, metric, unit } = figure
    const [other] = compared(figure, before)
    const verdict = { target: targetText(figure), ok: isMet(figure), ...(other !== '' && { before: Number(other) }) }
    const line = { bench, metric, value: rounded(figure.value), unit, ...verdict }
    out.write(`${JSON.stringify(line)}\n`)
  }
  out.end()
  await once(out, 'close')
}
