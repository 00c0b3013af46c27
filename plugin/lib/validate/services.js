'use strict';

const { checkAccessLogs } = require('./access-logs');
const { checkAuth } = require('./policies');
const { checkRules } = require('./rules');
const { join, show, suggestion } = require('./words');

const ROOT = ['custom', 'lattice'];

/** What is wrong with the services, each as a whole. `named` are those that events name. */
function checkServices(services, named, wrong) {
  checkNames(services, wrong);
  for (const service of services) {
    const where = [...ROOT, 'services', service.name];
    if (!named.includes(service.name)) {
      wrong(
        where,
        `has no event${suggestion(service.name, named)}: write \`lattice: ${service.name}\` under the events of a function`,
      );
    }
    checkAuth(service.settings, where, wrong);
    checkListeners(service, where, wrong);
    checkDomain(service, where, wrong);
    checkAccessLogs(service.settings, where, wrong);
    checkRules(service, wrong);
  }
}

/** Names at AWS are unique. */
function checkNames(services, wrong) {
  const names = services.map(({ name, settings }) => JSON.stringify(settings.name ?? name));
  services.forEach(({ name, settings }, index) => {
    const other = names.indexOf(names[index]);
    if (other === index) return;
    const field = [...ROOT, 'services', name, ...(settings.name === undefined ? [] : ['name'])];
    wrong(
      field,
      `is ${show(settings.name ?? name)}, which is also the name of the service ${services[other].name}: give one of them another name`,
    );
  });
}

function checkListeners({ listeners }, where, wrong) {
  const [first, second] = listeners;
  if (second && first.port === second.port) {
    wrong(
      [...where, 'listeners', 1, 'port'],
      `is ${second.port}, as in ${join([...where, 'listeners', 0])}: give one of them another port`,
    );
  }
}

function checkDomain({ settings: { customDomainName, certificateArn }, listeners }, where, wrong) {
  const isSecure = listeners.some(({ protocol }) => protocol === 'HTTPS');
  if (customDomainName === undefined && certificateArn !== undefined) {
    wrong(
      [...where, 'customDomainName'],
      `is missing beside the certificate ${show(certificateArn)}: a certificate is for a domain name of your own. Add it, or leave certificateArn out`,
    );
  }
  if (customDomainName !== undefined && certificateArn === undefined && isSecure) {
    wrong(
      [...where, 'certificateArn'],
      `is missing: HTTPS on ${show(customDomainName)} needs a certificate. Add its ARN (ACM), or listen on HTTP only`,
    );
  }
}

module.exports = { checkServices };
