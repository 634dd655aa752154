/** What the client did that no client may do, in words; a suite asserts that there is nothing. */
export class Judge {
  readonly violations: string[] = []

  against(words: string): void {
    this.violations.push(words)
  }
}
