/** One parameter of a constructor or function. */
export interface TlParam {
  readonly name: string
  readonly type: string
  /** Present when bit `bit` of the number `field` is set. */
  readonly flag?: { readonly field: string; readonly bit: number }
}

/** One line of a schema: a constructor of a type, or a function. */
export interface TlDefinition {
  readonly name: string
  readonly id: number
  readonly params: readonly TlParam[]
  readonly result: string
  readonly isFunction: boolean
}

const line = /^([\w.]+)#([0-9a-f]+)\s*(.*?)\s*=\s*([\w.<>%]+(?: [\w.]+)?);$/

/** Reads schema text as Telegram publishes it (core.telegram.org/mtproto/TL): comments, sections, one definition a line. */
export function parseSchema(text: string): TlDefinition[] {
  const definitions: TlDefinition[] = []
  let isFunction = false
  for (const written of text.split('\n')) {
    const stripped = written.replace(/\/\/.*$/, '').trim()
    const section = /^---(\w+)---$/.exec(stripped)?.[1]
    if (section !== undefined) isFunction = section === 'functions'
    const [, name, id, params, result] = line.exec(stripped) ?? []
    if (name === undefined || id === undefined || result === undefined) continue
    definitions.push({ name, id: Number.parseInt(id, 16), params: parseParams(params ?? ''), result, isFunction })
  }
  return definitions
}

function parseParams(text: string): TlParam[] {
  // `{X:Type}` binds a type variable, and `# [ t ]` is the built-in vector: neither is a field.
  const words = text.split(/\s+/).filter((word) => /^\w+:/.test(word))
  return words.map((word) => {
    const name = word.slice(0, word.indexOf(':'))
    const type = word.slice(name.length + 1)
    const [, field, bit, inner] = /^(\w+)\.(\d+)\?(.+)$/.exec(type) ?? []
    if (field === undefined || inner === undefined) return { name, type }
    return { name, type: inner, flag: { field, bit: Number(bit) } }
  })
}
