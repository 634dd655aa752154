import type { ClientStateReport } from './network/bridge-host.ts'

/** How the connections of one network are, as they last said. */
export class Health {
  readonly #reports = new Map<string, ClientStateReport>()

  /** Returns the report before this one. */
  note(report: ClientStateReport): ClientStateReport | undefined {
    const before = this.#reports.get(report.name)
    if (report.state === 'LOGGED_OUT') this.#reports.delete(report.name)
    else this.#reports.set(report.name, report)
    return before
  }

  connections(): ClientStateReport[] {
    return [...this.#reports.values()]
  }
}
