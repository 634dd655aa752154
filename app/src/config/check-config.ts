import type { TSchema } from 'typebox'
import { Settings } from 'typebox/system'
import { Value } from 'typebox/value'
import type { ConfigProblem } from './config-error.ts'

interface SchemaError {
  readonly keyword: string
  readonly instancePath: string
  readonly params: object
  readonly message: string
}

/** The library stops at eight unless it is told. */
const maxMistakes = 1000

/** Every mistake of a configuration with its path, in words for the person who wrote it. */
export function checkConfig(schema: TSchema, value: unknown): ConfigProblem[] {
  Settings.Set({ maxErrors: maxMistakes })
  const errors = [...Value.Errors(schema, value)] as SchemaError[]
  const unions = errors.filter(({ keyword }) => keyword === 'anyOf').map(({ instancePath }) => instancePath)
  const problems = errors.flatMap((error) => describe(error, unions))
  const seen = new Set<string>()
  return problems.filter(({ path, message }) => {
    const key = `${path}\n${message}`
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

function describe(error: SchemaError, unions: readonly string[]): ConfigProblem[] {
  const path = error.instancePath.slice(1).replaceAll('/', '.')
  switch (error.keyword) {
    case 'boolean':
      return []
    case 'additionalProperties':
      return unknownKeys(error, path)
    case 'required':
      return requiredKeys(error, path)
    case 'const':
      return []
    case 'enum': {
      const { allowedValues = [] } = error.params as { allowedValues?: readonly unknown[] }
      return [{ path, message: `must be one of ${allowedValues.map((value) => JSON.stringify(value)).join(', ')}` }]
    }
    case 'anyOf':
      return [{ path, message: 'is none of the forms that are allowed here' }]
    case 'type':
      // `false` beside a section: the section's own mistakes say more.
      return unions.includes(error.instancePath) ? [] : [{ path, message: error.message }]
    default:
      return [{ path, message: error.message }]
  }
}

function unknownKeys(error: SchemaError, path: string): ConfigProblem[] {
  const { additionalProperties = [] } = error.params as { additionalProperties?: string[] }
  return additionalProperties.map((key) => ({ path: join(path, key), message: 'is not a setting' }))
}

function requiredKeys(error: SchemaError, path: string): ConfigProblem[] {
  const { requiredProperties = [] } = error.params as { requiredProperties?: string[] }
  return requiredProperties.map((key) => ({ path: join(path, key), message: 'is missing' }))
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}
