/**
 * A program that waits for the result of a proof gets this text instead if the user says that they did not start the
 * request. The text is no secret. A program that redeems it ends its own step-up.
 */
export const deniedResult = 'this-was-not-me'
