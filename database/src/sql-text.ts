const TOKENS = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\$(\d+)/g

export interface PositionalSql {
  readonly text: string
  /** For each `?` the index of its parameter; undefined when they stand in order, each once. */
  readonly order: readonly number[] | undefined
}

/** Rewrites `$1` placeholders to `?`, which better-sqlite3 binds fastest. */
export function positional(sql: string): PositionalSql {
  const order: number[] = []
  const text = sql.replace(TOKENS, (token, digits: string | undefined) => {
    if (digits === undefined) return token
    order.push(Number(digits) - 1)
    return '?'
  })
  const isInOrder = order.every((parameter, index) => parameter === index)
  return { text, order: isInOrder ? undefined : order }
}

/**
 * Splits a migration into statements at the semicolons that end a line. `-- only: sqlite` or `-- only: postgres` on a
 * line of its own above a statement keeps it for that engine; a comment that begins `sqlite:` or `postgres:` is such a part.
 */
export function statementsFor(script: string, engine: 'sqlite' | 'postgres'): string[] {
  const statements: string[] = []
  for (const part of script.split(/;[ \t]*(?:\r?\n|$)/)) {
    const only = /^[ \t]*--[ \t]*only:[ \t]*(\w+)[ \t]*$/m.exec(part)?.[1]
    if (only !== undefined && only !== 'sqlite' && only !== 'postgres') {
      throw new Error(`migration names an unknown engine: ${only}`)
    }
    const text = part
      .replace(/^[ \t]*--.*$/gm, '')
      .replace(/\/\*(sqlite|postgres):(.*?)\*\//gs, (_, name: string, inside: string) =>
        name === engine ? inside : '',
      )
      .trim()
    if (text !== '' && (only === undefined || only === engine)) statements.push(text)
  }
  return statements
}
