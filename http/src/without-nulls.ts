import type { TSchema } from 'typebox'

interface SchemaParts {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly SchemaParts[]
  readonly properties?: Readonly<Record<string, SchemaParts>>
  readonly required?: readonly string[]
  readonly items?: SchemaParts
}

/**
 * A value without those `null`s that stand for a property that is absent: many clients write them. Only properties that the
 * schema names, lets be absent and does not let be null; what is free content stays as it came.
 */
export function withoutNulls(schema: TSchema, value: unknown): unknown {
  const parts = schema as SchemaParts
  return isFree(parts) ? value : cleared(parts, value)
}

/** An object of which the schema names nothing. */
function isFree({ properties }: SchemaParts): boolean {
  return properties !== undefined && Object.keys(properties).length === 0
}

function cleared(schema: SchemaParts, value: unknown): unknown {
  if (Array.isArray(value)) {
    const { items } = schema
    return items === undefined ? value : changed(value, (item) => cleared(items, item))
  }
  if (typeof value !== 'object' || value === null || schema.properties === undefined) return value
  const object = value as Readonly<Record<string, unknown>>
  const entries: [string, unknown][] = []
  let isSame = true
  for (const [name, inner] of Object.entries(object)) {
    const of = Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined
    if (of && inner === null && !schema.required?.includes(name) && !takesNull(of)) {
      isSame = false
      continue
    }
    const kept = of ? cleared(of, inner) : inner
    if (kept !== inner) isSame = false
    entries.push([name, kept])
  }
  return isSame ? value : Object.fromEntries(entries)
}

function changed(list: readonly unknown[], change: (item: unknown) => unknown): readonly unknown[] {
  const made = list.map(change)
  return made.some((item, index) => item !== list[index]) ? made : list
}

function takesNull({ type, anyOf, const: only, enum: some }: SchemaParts): boolean {
  if (anyOf) return anyOf.some(takesNull)
  if (type !== undefined) return type === 'null'
  return only === undefined && some === undefined
}
