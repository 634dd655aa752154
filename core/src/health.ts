import type { ClientState, ClientStateReport } from './network/bridge-host.ts'

/** How the connections of one network are, as they last said. */
export class Health {
  readonly #reports = new Map<string, ClientStateReport>()

  /** Returns the report before this one, unless that was the last of a connection that is over. */
  note(report: ClientStateReport): ClientStateReport | undefined {
    const before = this.#reports.get(report.name)
    this.#reports.set(report.name, report)
    return before?.state === 'LOGGED_OUT' ? undefined : before
  }

  /** Those that are there. */
  connections(): ClientStateReport[] {
    return [...this.#reports.values()].filter(({ state }) => state !== 'LOGGED_OUT')
  }

  /** Of those that are over, too. */
  states(): ClientState[] {
    return [...this.#reports.values()].map(({ state }) => state)
  }
}
