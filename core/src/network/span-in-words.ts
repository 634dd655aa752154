const minuteMs = 60_000

/** `2026-01-01 10:00 and 10:20 UTC`, as what follows "between": whole minutes that hold the span. */
export function spanInWords(fromMs: number, toMs: number): string {
  const from = wordsOf(Math.floor(fromMs / minuteMs) * minuteMs)
  const to = wordsOf((Math.floor(toMs / minuteMs) + 1) * minuteMs)
  return `${from.day} ${from.time} and ${to.day === from.day ? '' : `${to.day} `}${to.time} UTC`
}

function wordsOf(timeMs: number): { day: string; time: string } {
  const [day = '', time = ''] = new Date(timeMs).toISOString().split('T')
  return { day, time: time.slice(0, 5) }
}
