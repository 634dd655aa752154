export interface ConfigProblem {
  /** Where in the file: `networks.irc.networks.libera.port`; empty for the file as a whole. */
  readonly path: string
  readonly message: string
}

/** A configuration that cannot be used, with everything that is wrong with it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly ConfigProblem[]

  constructor(file: string, problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ path, message }) => `  ${path === '' ? '(file)' : path}: ${message}`)
    super(`${file} cannot be used:\n${lines.join('\n')}`)
    this.problems = problems
  }
}
