import type { Endpoint } from './endpoint.ts'

interface Node<E> {
  readonly fixed: Map<string, Node<E>>
  parameter: { readonly node: Node<E>; readonly mayBeEmpty: boolean } | undefined
  /** By method. */
  readonly endpoints: Map<string, { readonly endpoint: E; readonly names: readonly string[] }>
}

export type Match<E> =
  | { readonly kind: 'found'; readonly endpoint: E; readonly params: Record<string, string> }
  | { readonly kind: 'wrong method'; readonly allowed: readonly string[] }
  | { readonly kind: 'unknown' }

const UNKNOWN = { kind: 'unknown' } as const

/** A trie over path segments: a fixed segment wins over a parameter, and a dead end falls back to the parameter. */
export class RouteTable<E extends Pick<Endpoint<never, never>, 'method' | 'paths'>> {
  readonly #root: Node<E> = newNode()

  constructor(endpoints: readonly E[]) {
    for (const endpoint of endpoints) for (const path of endpoint.paths) this.#add(path, endpoint)
  }

  /** `path` as on the wire, without the query string. */
  match(method: string, path: string): Match<E> {
    const segments = path.split('/')
    const values: string[] = []
    const node = find(this.#root, segments, 1, values)
    if (!node) return UNKNOWN
    const route = node.endpoints.get(method) ?? (method === 'HEAD' ? node.endpoints.get('GET') : undefined)
    if (!route) return { kind: 'wrong method', allowed: [...node.endpoints.keys()] }
    const params: [string, string][] = []
    for (const [index, name] of route.names.entries()) {
      const value = decoded(values[index] ?? '')
      if (value === undefined) return UNKNOWN
      params.push([name, value])
    }
    return { kind: 'found', endpoint: route.endpoint, params: Object.fromEntries(params) }
  }

  #add(path: string, endpoint: E): void {
    const names: string[] = []
    let node = this.#root
    for (const segment of path.split('/').slice(1)) {
      if (!segment.startsWith(':')) {
        let next = node.fixed.get(segment)
        if (!next) node.fixed.set(segment, (next = newNode()))
        node = next
        continue
      }
      const mayBeEmpty = segment.endsWith('?')
      names.push(segment.slice(1, mayBeEmpty ? -1 : undefined))
      node.parameter = {
        node: node.parameter?.node ?? newNode(),
        mayBeEmpty: mayBeEmpty || (node.parameter?.mayBeEmpty ?? false),
      }
      node = node.parameter.node
    }
    if (node.endpoints.has(endpoint.method)) throw new Error(`two endpoints for ${endpoint.method} ${path}`)
    node.endpoints.set(endpoint.method, { endpoint, names })
  }
}

function newNode<E>(): Node<E> {
  return { fixed: new Map(), parameter: undefined, endpoints: new Map() }
}

function find<E>(node: Node<E>, segments: readonly string[], at: number, values: string[]): Node<E> | undefined {
  const segment = segments[at]
  if (segment === undefined) return node.endpoints.size > 0 ? node : undefined
  const fixed = node.fixed.get(segment)
  const found = fixed && find(fixed, segments, at + 1, values)
  if (found) return found
  const { parameter } = node
  if (!parameter || (segment === '' && !parameter.mayBeEmpty)) return undefined
  const depth = values.length
  values.push(segment)
  const below = find(parameter.node, segments, at + 1, values)
  if (!below) values.length = depth
  return below
}

function decoded(segment: string): string | undefined {
  if (!segment.includes('%')) return segment
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}
