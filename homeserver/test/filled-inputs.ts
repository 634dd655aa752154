import type { TSchema } from 'typebox'

/** What the inputs of an endpoint are filled with. */
export interface Filling {
  /** By format of the schema, such as `matrix-user-id`. */
  readonly formats: Readonly<Record<string, string>>
  /** For text without a format. */
  readonly text: string
  /** Put into every object, dictionaries and free objects included. */
  readonly member: readonly [name: string, value: unknown]
  /** Names in dictionaries. */
  readonly names: readonly string[]
  /** Lists have so many items, or as many as their schema allows. */
  readonly items?: number
  /** For what stands in lists and dictionaries; the same without it. */
  readonly inner?: Filling
}

interface JsonSchema {
  readonly type?: string
  readonly format?: string
  readonly const?: unknown
  readonly anyOf?: readonly JsonSchema[]
  readonly items?: JsonSchema
  readonly minimum?: number
  readonly maxLength?: number
  readonly maxItems?: number
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>
}

/** A value of the schema in which every property is there, and every object holds the filling's member, too. */
export function filled(schema: TSchema | undefined, filling: Filling): unknown {
  return value((schema ?? {}) as JsonSchema, filling)
}

function value(schema: JsonSchema, filling: Filling): unknown {
  const [option] = schema.anyOf ?? []
  if (option) return value(option, filling)
  if ('const' in schema) return schema.const
  switch (schema.type) {
    case 'string':
      return schema.format === undefined
        ? filling.text.slice(0, schema.maxLength)
        : (filling.formats[schema.format] ?? filling.text)
    case 'integer':
    case 'number':
      return schema.minimum ?? 1
    case 'boolean':
      return true
    case 'array':
      return listOf(schema, filling)
    default:
      return object(schema, filling)
  }
}

function listOf({ items = {}, maxItems = Infinity }: JsonSchema, filling: Filling): unknown[] {
  const length = Math.min(filling.items ?? 1, maxItems)
  return Array.from({ length }, () => value(items, filling.inner ?? filling))
}

function object({ properties, patternProperties }: JsonSchema, filling: Filling): unknown {
  const [dictionary] = Object.values(patternProperties ?? {})
  const named = dictionary
    ? filling.names.map((name) => [name, value(dictionary, filling.inner ?? filling)] as const)
    : []
  const members = Object.entries(properties ?? {}).map(([name, of]) => [name, value(of, filling)] as const)
  // Computed and own: JSON.stringify writes `__proto__` like any other name.
  return Object.fromEntries([...(dictionary ? [] : [filling.member]), ...members, ...named])
}

/** The path with its parameters filled in, and the query that the schema names with whatever else is given. */
export function filledUrl(
  path: string,
  schemas: { readonly params: TSchema | undefined; readonly query: TSchema | undefined },
  filling: Filling,
  alsoQuery: readonly (readonly [string, string])[] = [],
): string {
  const texts = filled(schemas.params, filling) as Readonly<Record<string, unknown>>
  const filledPath = path.replace(/:(\w+)\??/g, (_, name: string) => {
    const text = Object.hasOwn(texts, name) && typeof texts[name] === 'string' ? texts[name] : filling.text
    return encodeURIComponent(text)
  })
  const query = new URLSearchParams()
  const wanted = schemas.query ? (filled(schemas.query, filling) as Record<string, unknown>) : {}
  for (const [name, of] of Object.entries(wanted)) if (typeof of !== 'object') query.append(name, String(of))
  for (const [name, of] of alsoQuery) query.append(name, of)
  return `${filledPath}?${query.toString()}`
}
