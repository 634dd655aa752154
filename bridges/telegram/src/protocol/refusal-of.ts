/** The text of a refusal, such as CHAT_ADMIN_REQUIRED; undefined for other errors. */
export function refusalOf(error: unknown): string | undefined {
  const text = (error as { errorMessage?: unknown } | undefined)?.errorMessage
  return typeof text === 'string' ? text : undefined
}
