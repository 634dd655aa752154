import type { TSchema } from 'typebox'
import { stringify } from 'yaml'

interface ObjectSchema {
  readonly properties?: Record<string, SchemaNode>
  readonly required?: readonly string[]
}
interface SchemaNode extends ObjectSchema {
  readonly description?: string
  readonly default?: unknown
  readonly anyOf?: readonly SchemaNode[]
  readonly patternProperties?: Record<string, SchemaNode>
  readonly items?: SchemaNode
  readonly type?: string
  readonly const?: unknown
}

/**
 * A commented YAML file of a schema: every setting with its description; those that have a chosen value stand, the others
 * show their default behind a `#`.
 */
export function renderConfig(schema: TSchema, chosen: Record<string, unknown>): string {
  const intro = '# Configuration of Pons. Every setting is optional; what is commented out shows its default.\n'
  return `${intro}\n${section(schema as unknown as SchemaNode, chosen, '')}`
}

function section(schema: SchemaNode, chosen: Record<string, unknown>, indent: string): string {
  const lines: string[] = []
  for (const [key, node] of Object.entries(schema.properties ?? {})) {
    if (node.description !== undefined) lines.push(`${indent}# ${node.description}`)
    lines.push(setting(key, node, chosen[key], indent))
    if (indent === '') lines.push('')
  }
  return lines.join('\n')
}

function setting(key: string, node: SchemaNode, value: unknown, indent: string): string {
  const inner = node.properties === undefined ? node.anyOf?.find(({ properties }) => properties !== undefined) : node
  if (inner?.properties !== undefined && (value === undefined || typeof value === 'object')) {
    const values = (value ?? {}) as Record<string, unknown>
    const body = section(inner, values, `${indent}  `)
    const isChosen = Object.keys(values).length > 0
    return isChosen ? `${indent}${key}:\n${body}` : `${indent}#${key}:\n${body}`
  }
  if (value !== undefined) return entry(key, value, indent, '')
  return entry(key, node.default, indent, '#')
}

function entry(key: string, value: unknown, indent: string, mark: string): string {
  if (value === undefined) return `${indent}${mark}${key}:`
  const text = stringify({ [key]: value }).trimEnd()
  return text
    .split('\n')
    .map((line) => `${indent}${mark}${line}`)
    .join('\n')
}

/** A table of every setting, for docs/configuration.md. */
export function renderReference(schema: TSchema): string {
  const rows: string[] = []
  collect(schema as unknown as SchemaNode, '', rows)
  return ['| setting | default | meaning |', '| --- | --- | --- |', ...rows, ''].join('\n')
}

function collect(schema: SchemaNode, prefix: string, rows: string[]): void {
  for (const [key, node] of Object.entries(schema.properties ?? {})) {
    const path = prefix === '' ? key : `${prefix}.${key}`
    rows.push(`| \`${path}\` | ${defaultOf(node)} | ${cell(node.description ?? '')} |`)
    const inners = [node, ...(node.anyOf ?? []), ...(node.items === undefined ? [] : [node.items])]
    for (const inner of inners) {
      collect(inner, node.items === inner ? `${path}[]` : path, rows)
      for (const value of Object.values(inner.patternProperties ?? {})) collect(value, `${path}.NAME`, rows)
    }
  }
}

function defaultOf(node: SchemaNode): string {
  if (node.default === undefined) return ''
  return `\`${cell(JSON.stringify(node.default))}\``
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}
