import type { ServerName } from '@pons/matrix'

import { intersect } from './automaton.ts'
import { compilePattern } from './pattern.ts'
import type { Pattern } from './pattern.ts'
import { anything, literal, readPattern } from './pattern-syntax.ts'
import type { PatternNode } from './pattern-syntax.ts'
import type { NamespaceKind } from './registration.ts'

const some: PatternNode = { kind: 'repeat', item: { kind: 'set', set: anything }, min: 1, max: Infinity }
const withoutColon: PatternNode = readPattern('[^:]*', false)!

/** All ids that a namespace of this kind can be about; users are those of the own server, where it is known. */
export function idsOf(kind: NamespaceKind, serverName: ServerName | undefined): PatternNode {
  const server = kind === 'users' && serverName !== undefined ? literal(serverName) : some
  const sigil = { users: '@', aliases: '#', rooms: '!' }[kind]
  const localpart: PatternNode = { kind: 'sequence', items: [literal(sigil), withoutColon] }
  const withServer: PatternNode = { kind: 'sequence', items: [localpart, literal(':'), server] }
  return kind === 'rooms' ? { kind: 'choice', options: [localpart, withServer] } : withServer
}

/**
 * An id that both patterns match, or undefined when there is none. Exact for the syntax that `readPattern` knows. For
 * the rest it tries probes: a shortest id of either pattern, if that can be read, and the bare texts of both; an overlap
 * that none of them hits is not found.
 */
export function commonId(a: Pattern, b: Pattern, ids: PatternNode): string | undefined {
  const [nodeA, nodeB] = [a, b].map(({ regex, isPrefix }) => readPattern(regex, isPrefix))
  if (nodeA !== undefined && nodeB !== undefined) {
    const common = intersect([nodeA, nodeB, ids])
    if (common?.isEmpty) return undefined
    if (common !== undefined && bothMatch(a, b, common.witness)) return common.witness
  }
  return [...probes(nodeA, ids), ...probes(nodeB, ids), a.regex, b.regex].find((probe) => bothMatch(a, b, probe))
}

/** False only when it is certain that the pattern matches no id of its kind. */
export function canMatch(pattern: Pattern, ids: PatternNode): boolean {
  const node = readPattern(pattern.regex, pattern.isPrefix)
  return node === undefined || !(intersect([node, ids])?.isEmpty ?? false)
}

/** True when overlaps of this pattern are found for certain. */
export function isFullyRead(regex: string): boolean {
  const node = readPattern(regex, false)
  return node !== undefined && intersect([node]) !== undefined
}

function probes(node: PatternNode | undefined, ids: PatternNode): string[] {
  const found = node && intersect([node, ids])
  return found === undefined || found.isEmpty ? [] : [found.witness]
}

function bothMatch(a: Pattern, b: Pattern, id: string): boolean {
  return a.test(id) && b.test(id)
}

/** The pattern that matches one id only. */
export function exactly(id: string): Pattern {
  return compilePattern(id.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), false)
}
