/** The first answer that is not 200, and which request it was. */
export async function untilRefused(
  most: number,
  request: (index: number) => Promise<string>,
): Promise<[count: number, refusal: string]> {
  for (let index = 0; index <= most; index++) {
    const answer = await request(index)
    if (answer !== '200') return [index, answer]
  }
  return [most + 1, '200']
}
