/** The internal address of all rack calls. The real path is read from the received bytes, so that no router decodes it. */
export const rackApiAddress = '/rack-api'
