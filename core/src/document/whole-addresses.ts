import { addressesIn, type AddressSpan } from '../text/addresses.ts'
import type { Block, Inline, Marks } from './document.ts'
import { isSameMarks } from './same-marks.ts'

type TextInline = Extract<Inline, { type: 'text' }>

/** The same blocks, in which no mark begins or ends within an address: marks that cover a part of one are left out there. */
export function withWholeAddresses(blocks: readonly Block[]): Block[] {
  return blocks.map((block): Block => {
    switch (block.type) {
      case 'paragraph':
      case 'heading':
        return { ...block, children: wholeAddresses(block.children) }
      case 'quote':
        return { ...block, children: withWholeAddresses(block.children) }
      case 'list':
        return { ...block, items: block.items.map(withWholeAddresses) }
      default:
        return block
    }
  })
}

/** The same for what stands in one line or several. */
export function wholeAddresses(children: readonly Inline[]): Inline[] {
  const whole: Inline[] = []
  let run: TextInline[] = []
  const flush = (): void => {
    whole.push(...wholeRun(run))
    run = []
  }
  for (const child of children) {
    if (child.type === 'text') {
      run.push(child)
      continue
    }
    flush()
    whole.push(child.type === 'link' ? { ...child, children: wholeAddresses(child.children) } : child)
  }
  flush()
  return whole
}

function wholeRun(run: readonly TextInline[]): readonly TextInline[] {
  if (run.length < 2) return run
  const text = run.map((piece) => piece.text).join('')
  const addresses = addressesIn(text).filter(({ isSure }) => isSure)
  return addresses.length === 0 ? run : rewritten(text, run, addresses)
}

/** Each address becomes one piece, with the marks that all of it had. */
function rewritten(text: string, run: readonly TextInline[], addresses: readonly AddressSpan[]): TextInline[] {
  const pieces: TextInline[] = []
  let covering: TextInline[] = []
  let next = 0
  let at = 0
  for (const piece of run) {
    const end = at + piece.text.length
    while (at < end) {
      const span = addresses[next]
      const isInside = span !== undefined && span.from <= at
      const to = Math.min(end, (isInside ? span.to : span?.from) ?? end)
      if (isInside) covering.push(piece)
      else add(pieces, { ...piece, text: text.slice(at, to) })
      if (isInside && to === span.to) {
        add(pieces, { type: 'text', text: text.slice(span.from, span.to), ...commonMarks(covering) })
        covering = []
        next++
      }
      at = to
    }
  }
  return pieces
}

function add(pieces: TextInline[], piece: TextInline): void {
  const last = pieces.at(-1)
  if (last === undefined || !isSameMarks(last.marks, piece.marks)) pieces.push(piece)
  else pieces[pieces.length - 1] = { ...last, text: last.text + piece.text }
}

function commonMarks(pieces: readonly TextInline[]): { marks?: Marks } {
  const [first = {}, ...others] = pieces.map(({ marks }) => marks ?? {})
  const common = Object.entries(first).filter(([name, value]) =>
    others.every((marks) => marks[name as keyof Marks] === value),
  )
  return common.length === 0 ? {} : { marks: Object.fromEntries(common) }
}
