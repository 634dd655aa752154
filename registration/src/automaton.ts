import type { CodePointSet, PatternNode } from './pattern-syntax.ts'

/** A nondeterministic finite automaton over code points; state 0 starts, the last state accepts. */
interface Automaton {
  /** Moves that read one code point. */
  readonly edges: readonly (readonly { readonly set: CodePointSet; readonly to: number }[])[]
  /** Moves that read nothing. */
  readonly jumps: readonly (readonly number[])[]
  readonly accept: number
}

const maxStates = 4000
const maxVisited = 300_000
const wellReadable: CodePointSet = [
  [0x61, 0x7a],
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x21, 0x7e],
]

export type Intersection = { readonly isEmpty: true } | { readonly isEmpty: false; readonly witness: string }

/**
 * Whether some text matches all patterns, and a shortest one that does. Exact, since regular languages are closed under
 * intersection. Undefined when the patterns are too large to be worth the search.
 */
export function intersect(patterns: readonly PatternNode[]): Intersection | undefined {
  const automata: Automaton[] = []
  for (const pattern of patterns) {
    const automaton = build(pattern)
    if (automaton === undefined) return undefined
    automata.push(automaton)
  }
  return search(automata)
}

interface Step {
  readonly states: readonly number[]
  readonly previous: Step | undefined
  /** The code point read on the way here; undefined for a jump. */
  readonly read: number | undefined
}

/** Breadth first over tuples of states, so the first acceptance found reads the fewest code points, jumps aside. */
function search(automata: readonly Automaton[]): Intersection | undefined {
  const first: Step = { states: automata.map(() => 0), previous: undefined, read: undefined }
  const visited = new Set([first.states.join()])
  const queue = [first]
  for (let step = queue[0], at = 0; step !== undefined; step = queue[++at]) {
    if (step.states.every((state, i) => state === automata[i]!.accept)) {
      return { isEmpty: false, witness: textOf(step) }
    }
    for (const next of [...jumpsFrom(step, automata), ...readsFrom(step, automata)]) {
      const key = next.states.join()
      if (visited.has(key)) continue
      if (visited.size >= maxVisited) return undefined
      visited.add(key)
      queue.push(next)
    }
  }
  return { isEmpty: true }
}

function jumpsFrom(step: Step, automata: readonly Automaton[]): Step[] {
  return automata.flatMap((automaton, i) =>
    automaton.jumps[step.states[i]!]!.map((to) => ({
      states: step.states.with(i, to),
      previous: step,
      read: undefined,
    })),
  )
}

function readsFrom(step: Step, automata: readonly Automaton[]): Step[] {
  let partial: { set: CodePointSet; states: number[] }[] = [{ set: [[0, 0x10ffff]], states: [] }]
  for (const [i, automaton] of automata.entries()) {
    const edges = automaton.edges[step.states[i]!]!
    partial = partial.flatMap(({ set, states }) =>
      edges.map((edge) => ({ set: intersectSets(set, edge.set), states: [...states, edge.to] })),
    )
    partial = partial.filter(({ set }) => set.length > 0)
  }
  return partial.map(({ set, states }) => ({ states, previous: step, read: pick(set) }))
}

function intersectSets(a: CodePointSet, b: CodePointSet): CodePointSet {
  return a.flatMap(([from, to]) =>
    b
      .map(([otherFrom, otherTo]) => [Math.max(from, otherFrom), Math.min(to, otherTo)] as const)
      .filter(([low, high]) => low <= high),
  )
}

/** A code point of the set that a person can read, if there is one. */
function pick(set: CodePointSet): number {
  return (intersectSets(wellReadable, set)[0] ?? set[0]!)[0]
}

function textOf(last: Step): string {
  const codePoints: number[] = []
  for (let step: Step | undefined = last; step !== undefined; step = step.previous) {
    if (step.read !== undefined) codePoints.push(step.read)
  }
  return codePoints.reverse().reduce((text, codePoint) => text + String.fromCodePoint(codePoint), '')
}

/** Thompson's construction; undefined when counted repeats blow it up. */
function build(pattern: PatternNode): Automaton | undefined {
  const edges: { set: CodePointSet; to: number }[][] = [[]]
  const jumps: number[][] = [[]]

  function newState(): number {
    edges.push([])
    return jumps.push([]) - 1
  }

  /** Adds the states of a node behind `from`; answers where they end. */
  function add(node: PatternNode, from: number): number {
    if (edges.length > maxStates) return from
    switch (node.kind) {
      case 'set': {
        const to = newState()
        edges[from]!.push({ set: node.set, to })
        return to
      }
      case 'sequence':
        return node.items.reduce((at, item) => add(item, at), from)
      case 'choice': {
        const ends = node.options.map((option) => add(option, jumpTo(from, newState())))
        const end = newState()
        for (const optionEnd of ends) jumps[optionEnd]!.push(end)
        return end
      }
      case 'repeat':
        return addRepeat(node, from)
    }
  }

  function addRepeat({ item, min, max }: PatternNode & { kind: 'repeat' }, from: number): number {
    let at = from
    for (let i = 0; i < min; i++) at = add(item, at)
    if (max === Infinity) {
      const loop = jumpTo(at, newState())
      jumps[add(item, loop)]!.push(loop)
      return jumpTo(loop, newState())
    }
    const end = newState()
    for (let i = min; i < max; i++) {
      jumps[at]!.push(end)
      at = add(item, jumpTo(at, newState()))
    }
    jumps[at]!.push(end)
    return end
  }

  function jumpTo(from: number, to: number): number {
    jumps[from]!.push(to)
    return to
  }

  const end = add(pattern, 0)
  const accept = jumpTo(end, newState())
  return edges.length > maxStates ? undefined : { edges, jumps, accept }
}
