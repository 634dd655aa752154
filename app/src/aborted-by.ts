/** Aborted by the first of these that the process is sent; the next of its kind ends the process as if nobody minded it. */
export function abortedBy(...signals: readonly NodeJS.Signals[]): AbortSignal {
  const controller = new AbortController()
  for (const signal of signals) process.once(signal, () => controller.abort())
  return controller.signal
}
