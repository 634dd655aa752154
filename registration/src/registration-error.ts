export interface RegistrationProblem {
  /** Where: `namespaces.users[0].regex`; empty for the file as a whole. */
  readonly path: string
  readonly message: string
}

/** Everything that is wrong with a registration, or with a set of them, at once. Holds no tokens. */
export class RegistrationError extends Error {
  override readonly name = 'RegistrationError'
  /** The file, or another name for where the text came from. */
  readonly source: string
  readonly problems: readonly RegistrationProblem[]

  constructor(source: string, problems: readonly RegistrationProblem[]) {
    const lines = problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
    super(`${source}: ${lines.join('; ')}`)
    this.source = source
    this.problems = problems
  }
}
