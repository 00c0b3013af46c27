'use strict';

/** What is wrong with services as wholes. */
function checkServices({ events, config }, wrong) {
  const hasServices = events.length > 0 || Object.keys(config.services ?? {}).length > 0;
  if (hasServices && typeof config.serviceNetwork !== 'object') {
    wrong(
      ['custom', 'lattice', 'serviceNetwork'],
      'is missing: without it no client reaches the services. Write {arn: …} or {id: …} of a service network, or {name: …} to make one',
    );
  }
}

module.exports = { checkServices };
