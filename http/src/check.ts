import { badJson, invalidParam, missingParam } from '@pons/matrix'
import type { TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'

type Place = 'path' | 'query' | 'body'

const validators = new WeakMap<TSchema, Validator>()

/** Checks a value where it stands; compiled at the first use, so that a start compiles nothing. */
export function check(schema: TSchema, value: unknown, place: Place): void {
  let validator = validators.get(schema)
  if (!validator) {
    validator = Compile(schema) as unknown as Validator
    validators.set(schema, validator)
  }
  if (!validator.Check(value)) throw complaint(validator, value, place)
}

function complaint(validator: Validator, value: unknown, place: Place): Error {
  const [first] = validator.Errors(value)
  if (!first) return badJson('the request does not fit its schema')
  if (first.keyword === 'required') {
    const [name] = (first.params as { requiredProperties?: string[] }).requiredProperties ?? []
    return missingParam(`missing parameter ${name ?? first.instancePath}`)
  }
  const where = first.instancePath.slice(1).replaceAll('/', '.')
  const message = `${where === '' ? place : where} ${first.message}`
  return place === 'body' ? badJson(message) : invalidParam(message)
}

interface QuerySchema {
  readonly properties?: Readonly<Record<string, { readonly type?: string }>>
  readonly required?: readonly string[]
}

/**
 * The query string as an object of the types that its schema names; what does not convert stays text and fails there. A
 * parameter that may be absent is absent when it is empty: many clients write `since=`.
 */
export function queryValues(schema: TSchema | undefined, search: URLSearchParams): Record<string, unknown> {
  if (search.size === 0) return {}
  const values = new Map<string, unknown>()
  const { properties, required = [] } = (schema ?? {}) as QuerySchema
  for (const [name, text] of search) {
    if (values.has(name)) continue
    const of = properties && Object.hasOwn(properties, name) ? properties[name] : undefined
    if (of !== undefined && text === '' && !required.includes(name)) continue
    const type = of?.type
    values.set(name, type === 'array' ? search.getAll(name) : converted(text, type))
  }
  return Object.fromEntries(values)
}

function converted(text: string, type: string | undefined): unknown {
  if ((type === 'integer' || type === 'number') && /^-?\d+(\.\d+)?$/.test(text)) return Number(text)
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true'
  return text
}
