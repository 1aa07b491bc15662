"""What a caller may do on the stage: policies as deployed, judged as AWS judges them.

::

    call --> is its key active? --no--> refused
              |
             who signed it?
              +--a person, a company's role--> has any policy of theirs a Deny? (`people`) --> denied, or not
              +--a function's role--> what it needs (`needs`) --> the role's policies (`roles`, `policies`)
                                                                          |             |
                                                                       allowed       refused, in AWS's words
              both: what the bucket's or the key's own policy says (`resource_policies`)
                                                                          |
                                                                         moto

moto can enforce IAM too, for every caller or for none, without the actual resource of most calls and without
conditions; that shows less than it promises (docs/decisions/0014).
"""
